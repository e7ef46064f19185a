// relaxometry: duration = 0.5 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   readout: the NV qubits at the end, bit 0 the first that is read
// It is for the medium and device of relaxometry.toml, at the first value of what is scanned:
//   medium: a = 1 rad/µs, A = 0 rad/µs, q = 0.4
//   device: all by default, ideal instruments
// Run it, with this text in relaxometry.qasm next to relaxometry.toml:
//   nvprotocol run relaxometry.qasm --device relaxometry.toml --outcomes readout=01,10
OPENQASM 3.0;
include "stdgates.inc";
bit[2] readout;
qubit[2] nv;
x nv[1];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
barrier nv[0], nv[1];
readout[0] = measure nv[0];
readout[1] = measure nv[1];
