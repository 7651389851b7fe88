"""The settings in the page: who answers and how, tried before they are saved."""
