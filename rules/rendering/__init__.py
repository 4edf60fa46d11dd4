"""A plan as something to look at: as indented text, and as a Mermaid flowchart.

Both draw the same: phases with their gates, milestones and clocks. They show the plan, not a program that follows it.
"""
