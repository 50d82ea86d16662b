"""One facade behind sidebar, scripts and command line: account, submit, session, recovery."""
