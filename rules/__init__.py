"""The law: pure functions over a plan and the recorded entries of a program.

Nothing in this package reads a clock, draws a random number, makes an id or touches a file or
socket. Time and ids are arguments. Start reading at `decide.py`.
"""
