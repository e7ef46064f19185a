// dissipative_entanglement: duration = 1 µs, initial = ud
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
// Run it, with this text in dissipative_entanglement.qasm:
//   nvprotocol run dissipative_entanglement.qasm --device ideal
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] nv;
x nv[1];
barrier nv[0], nv[1];
delay[1.0us] nv[0];
delay[1.0us] nv[1];
