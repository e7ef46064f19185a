// ramsey: duration = 1 µs, qubit = both, phase = 0
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   readout: the NV qubits at the end, bit 0 the first that is read
// It is for the medium and device of ramsey.toml, at the first value of what is scanned:
//   medium: a = 0.05 rad/µs, d = 0.1 rad/µs, D = -0.1 rad/µs
//   device: detuning = 4 rad/µs
// Run it, with this text in ramsey.qasm next to ramsey.toml:
//   nvprotocol run ramsey.qasm --device ramsey.toml --outcomes readout=00,11
OPENQASM 3.0;
include "stdgates.inc";
gate sxdg _gate_q_0 {
  s _gate_q_0;
  h _gate_q_0;
  s _gate_q_0;
}
bit[2] readout;
qubit[2] nv;
sx nv[0];
sx nv[1];
barrier nv[0], nv[1];
delay[1.0us] nv[0];
delay[1.0us] nv[1];
rz(0) nv[0];
rz(0) nv[1];
sxdg nv[0];
sxdg nv[1];
barrier nv[0], nv[1];
readout[0] = measure nv[0];
readout[1] = measure nv[1];
