"""What a create may hold: the service's rules, as a strict server would apply them."""
