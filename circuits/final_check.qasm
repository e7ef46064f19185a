// final_check: duration = 1 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   monitor: monitor qubits, which are not on the medium
//   parity: reads 1 where a check accepts, |σᶻ| = 0
// It is for the medium and device of final_check.toml, at the first value of what is scanned:
//   medium: a = 1 rad/µs, A = 1 rad/µs, q = 0
//   device: all by default, ideal instruments
// Run it, with this text in final_check.qasm next to final_check.toml:
//   nvprotocol run final_check.qasm --device final_check.toml --postselect parity=1
OPENQASM 3.0;
include "stdgates.inc";
bit[1] parity;
qubit[2] nv;
qubit[1] monitor;
x nv[1];
barrier nv[0], nv[1];
delay[1.0us] nv[0];
delay[1.0us] nv[1];
cx nv[0], monitor[0];
cx nv[1], monitor[0];
parity[0] = measure monitor[0];
reset monitor[0];
