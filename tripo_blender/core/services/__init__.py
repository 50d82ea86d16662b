"""One module a service: requests and answers as data, nothing sent here."""
