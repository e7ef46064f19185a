// dissipative_entanglement: duration = 1 µs, initial = uu
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
// It is for the medium and device of squeezed_reservoir.toml, at the first value of what is scanned:
//   medium: a = 0.9 rad/µs, A = 0 rad/µs, a_tilde = 0.4 rad/µs, M = 0.6 rad/µs
//   device: offset = 0 rad/µs
// Run it, with this text in squeezed_reservoir.qasm next to squeezed_reservoir.toml:
//   nvprotocol run squeezed_reservoir.qasm --device squeezed_reservoir.toml
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] nv;
barrier nv[0], nv[1];
delay[1.0us] nv[0];
delay[1.0us] nv[1];
