// ramsey: duration = 1 µs, qubit = both, phase = 0
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   readout: the NV qubits at the end, bit 0 the first that is read
// Run it, with this text in ramsey.qasm:
//   nvprotocol run ramsey.qasm --device ideal
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
