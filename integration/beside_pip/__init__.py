"""Every option of ``pip install``, run by pip and by us on the same ground, and what is there afterwards compared."""
