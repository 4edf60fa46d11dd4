"""Renderings of a plan: indented text, and a Mermaid flowchart.

Both show phases with their gates, milestones and clocks, of the plan and not of a running program.
"""
