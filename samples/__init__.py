"""An app of sample flows, made as you would make your own: routines in `routines.py`, templates and data beside it."""
