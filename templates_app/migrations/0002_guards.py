"""What constraints cannot say: no circle of parents, parents of the same kind, graphs within one flow, frozen revisions."""

from __future__ import annotations

from django.db import migrations

# The lock is lineage.WRITE_LOCK: two saves at once, each harmless alone, could close a circle together. Each statement
# of a VOLATILE function sees what was committed before it, so that after the lock the walk sees the other save.
GUARD_PARENT = """
CREATE FUNCTION templates_app_guard_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ancestor bigint := NEW.parent_id;
    parent_kind text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.kind <> OLD.kind THEN
        RAISE EXCEPTION 'the kind of prototype % never changes', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prototype_kind_constant';
    END IF;
    IF NEW.parent_id IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(7046029254386353);
    SELECT kind INTO parent_kind FROM templates_app_prototype WHERE id = NEW.parent_id;
    IF parent_kind <> NEW.kind THEN
        RAISE EXCEPTION 'prototype % is a % and cannot have a % as its parent', NEW.name, NEW.kind, parent_kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prototype_parent_kind';
    END IF;
    WHILE ancestor IS NOT NULL LOOP
        IF ancestor = NEW.id THEN
            RAISE EXCEPTION 'prototype % would be its own ancestor', NEW.name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'prototype_parent_circle';
        END IF;
        SELECT parent_id INTO ancestor FROM templates_app_prototype WHERE id = ancestor;
    END LOOP;
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT FROM templates_app_node WHERE flow_id = NEW.id) THEN
        RAISE EXCEPTION 'flow % has nodes of its own and cannot become a variant', NEW.name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prototype_graph_of_root';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER templates_app_guard_parent BEFORE INSERT OR UPDATE OF parent_id, kind ON templates_app_prototype
    FOR EACH ROW EXECUTE FUNCTION templates_app_guard_parent();
"""

GUARD_NODE = """
CREATE FUNCTION templates_app_guard_node() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM templates_app_prototype WHERE id = NEW.flow_id AND kind = 'flow' AND parent_id IS NULL
    ) THEN
        RAISE EXCEPTION 'node % must stand in a flow without a parent', NEW.node_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'node_in_root_flow';
    END IF;
    IF NOT EXISTS (SELECT FROM templates_app_prototype WHERE id = NEW.routine_id AND kind = 'routine') THEN
        RAISE EXCEPTION 'node % must use a routine prototype', NEW.node_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'node_uses_routine';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER templates_app_guard_node BEFORE INSERT OR UPDATE OF flow_id, routine_id ON templates_app_node
    FOR EACH ROW EXECUTE FUNCTION templates_app_guard_node();
"""

GUARD_CONNECTION = """
CREATE FUNCTION templates_app_guard_connection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM templates_app_node WHERE id IN (NEW.source_id, NEW.target_id) AND flow_id <> NEW.flow_id
    ) THEN
        RAISE EXCEPTION 'a connection joins nodes of its own flow'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'connection_in_one_flow';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER templates_app_guard_connection BEFORE INSERT OR UPDATE ON templates_app_connection
    FOR EACH ROW EXECUTE FUNCTION templates_app_guard_connection();
"""

# created_by may still become null when its user is deleted
GUARD_REVISION = """
CREATE FUNCTION templates_app_guard_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'revision % of flow % is frozen', OLD.number, OLD.flow_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'revision_frozen';
END $$;

CREATE TRIGGER templates_app_guard_revision
    BEFORE UPDATE OF flow_id, number, canonical, hash, message, created_at ON templates_app_revision
    FOR EACH ROW EXECUTE FUNCTION templates_app_guard_revision();
"""


def _drop(name: str, table: str) -> str:
    return f"DROP TRIGGER templates_app_guard_{name} ON templates_app_{table}; DROP FUNCTION templates_app_guard_{name};"


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0001_initial")]

    operations = [
        migrations.RunSQL(GUARD_PARENT, _drop("parent", "prototype")),
        migrations.RunSQL(GUARD_NODE, _drop("node", "node")),
        migrations.RunSQL(GUARD_CONNECTION, _drop("connection", "connection")),
        migrations.RunSQL(GUARD_REVISION, _drop("revision", "revision")),
    ]
