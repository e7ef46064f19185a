// hahn_echo: duration = 1 µs, qubit = 1, phase = 0
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   readout: the NV qubits at the end, bit 0 the first that is read
// Run it, with this text in hahn_echo.qasm:
//   nvprotocol run hahn_echo.qasm --device ideal
OPENQASM 3.0;
include "stdgates.inc";
bit[1] readout;
qubit[2] nv;
sx nv[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
x nv[0];
barrier nv[0], nv[1];
delay[0.5us] nv[0];
delay[0.5us] nv[1];
rz(0) nv[0];
sx nv[0];
barrier nv[0], nv[1];
readout[0] = measure nv[0];
