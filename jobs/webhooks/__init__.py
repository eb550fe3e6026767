"""Tells other systems when jobs end.

Nothing is added to the commit of a step: its end is in the events of the job anyway. A task of the cluster reads these
onward from where the last one stopped, writes a delivery for each webhook that asked, and sends what is due.
"""
