"""What an artist sees and presses: properties, preferences, operators, panels."""
