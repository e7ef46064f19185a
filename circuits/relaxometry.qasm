// relaxometry: duration = 0.5 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   readout: the NV qubits at the end, bit 0 the first that is read
// Run it, with this text in relaxometry.qasm:
//   nvprotocol run relaxometry.qasm --device ideal
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
