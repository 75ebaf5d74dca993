"""Mutation testing of the library: small faults, one at a time, that its tests must find.

mutants     the faults: Cosmic Ray's operators, applied to the library's source
graft       puts a faulty module in the place of the sound one, in a running interpreter
judge       runs, for each fault, the tests that pass by it, each time in a process of its own
survivors   those that no test can find, each with the reason
"""
