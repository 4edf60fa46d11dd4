"""The door: who may come in and how they are answered. No rule of a program stands here."""
