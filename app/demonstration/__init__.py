"""The whole story on visibly fictitious records, told to a running service over HTTP."""
