"""One file a command: frozen options in, the layers below called, a frozen result out. Nothing here prints."""
