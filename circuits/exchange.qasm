// exchange: duration = 1.57079632679 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
// It is for the medium and device of exchange.toml, at the first value of what is scanned:
//   medium: a = 0 rad/µs, dm = 0.25 rad/µs
//   device: all by default, ideal instruments
// Run it, with this text in exchange.qasm next to exchange.toml:
//   nvprotocol run exchange.qasm --device exchange.toml
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] nv;
x nv[1];
barrier nv[0], nv[1];
delay[1.57079632679us] nv[0];
delay[1.57079632679us] nv[1];
