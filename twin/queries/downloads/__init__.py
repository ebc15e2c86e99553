"""Whole collections, or what a filter leaves of them, in the formats that other programs read.

None of them holds more in memory than a piece: text comes out of the database as it is sent,
files are written piece by piece into a temporary folder and sent from there.
"""
