// dissipative_entanglement: duration = 1 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
// It is for the medium and device of dissipative_entanglement.toml, at the first value of what is scanned:
//   medium: a = 1 rad/µs, A = 1 rad/µs, q = 0
//   device: detuning = 0 rad/µs
// Run it, with this text in dissipative_entanglement.qasm next to dissipative_entanglement.toml:
//   nvprotocol run dissipative_entanglement.qasm --device dissipative_entanglement.toml
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] nv;
x nv[1];
barrier nv[0], nv[1];
delay[1.0us] nv[0];
delay[1.0us] nv[1];
