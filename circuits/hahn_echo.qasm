// hahn_echo: duration = 1 µs, qubit = 0, phase = 0
//
// Times are in µs. While time passes, the medium of the device acts on all NV qubits at once.
//   nv: the two NV qubits on the medium, nv[0] the paper's qubit 1
//   readout: the NV qubits at the end, bit 0 the first that is read
// It is for the medium and device of hahn_echo.toml, at the first value of what is scanned:
//   medium: a = 0.2 rad/µs, d = 0 rad/µs
//   device: detuning = 5 rad/µs, gate_ns.sx = 20 ns, gate_ns.x = 40 ns, gate_ns.measure = 300 ns,
//     single_qubit_error = 0.01, readout_error = [0.046, 0.046]
// Run it, with this text in hahn_echo.qasm next to hahn_echo.toml:
//   nvprotocol run hahn_echo.qasm --device hahn_echo.toml --outcomes readout=0
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
