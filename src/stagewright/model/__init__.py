"""The words of the map as frozen data. Import from the modules here; the room has no behaviour."""
