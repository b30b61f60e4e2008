"""What networkx needs for the same reachability on the same graph: python reachability.py EDGES.BIN."""

import resource
import sys
import time
from array import array

import networkx

numbers = array("I")
with open(sys.argv[1], "rb") as file:
    numbers.frombytes(file.read())
source = numbers[0]
start = time.process_time()
graph = networkx.DiGraph()
graph.add_edges_from(zip(numbers[1::2], numbers[2::2]))
loaded = time.process_time() - start
start = time.process_time()
reached = networkx.descendants(graph, source)
walked = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print("| networkx, one thread | result | processor | most memory |")
print("|---|---|---|---|")
print(f"| {networkx.__version__}: edges put together | {graph.number_of_edges()} different edges | {loaded:.2f} s | |")
print(f"| reachability from one source | {len(reached)} reached | {walked:.2f} s | {peak} MB |")
