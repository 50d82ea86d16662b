"""What a user can choose: tables of options, and the settings and import options made of them."""
