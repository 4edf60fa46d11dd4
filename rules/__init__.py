"""The law: what follows from what, as pure functions over a plan and what has been recorded.

Nothing in this package reads a clock, draws a random number, makes an id or touches a file or
socket; time and ids come in as arguments. Start reading at `decide.py`.
"""
