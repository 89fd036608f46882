"""The field study: public projects that nobody here wrote, through `stagewright apply`."""
