"""A Modbus slave, or a master, made of pymodbus 3.0.0, for tests.

It obeys lines on its standard input, answers each with one line, and ends with its input.

  server KIND FRAMER CONFIG    says "ready PORT" (0 on a serial line); KIND: tcp, udp, tls, serial; FRAMER: socket, rtu, ascii
    set AREA ADDRESS VALUE...        AREA: h (holding registers), i (input registers), c (coils), d (discrete inputs)
    get AREA ADDRESS COUNT
    encode TYPE ORDER ADDRESS VALUE  into holding registers; ORDER: ABCD, BADC, CDAB or DCBA
  client KIND FRAMER CONFIG    says "ready 0"
    read CODE ADDRESS COUNT
    write CODE ADDRESS VALUE...
    identify

CONFIG is JSON: host, port, unit, baud, certfile, keyfile.
"""

import asyncio
import json
import socket
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient, ModbusTlsClient, ModbusUdpClient
from pymodbus.constants import Endian
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.mei_message import ReadDeviceInformationRequest
from pymodbus.payload import BinaryPayloadBuilder
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer, ModbusTlsServer, ModbusUdpServer
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

FRAMERS = {"socket": ModbusSocketFramer, "rtu": ModbusRtuFramer, "ascii": ModbusAsciiFramer}
CODES = {"h": 3, "i": 4, "c": 1, "d": 2}
MOST = 2000


def say(text):
    print(text, flush=True)


def registers_of(kind, order, text):
    # byteorder and wordorder of pymodbus are those of the incumbent's configuration.
    builder = BinaryPayloadBuilder(
        byteorder=Endian.Big if order in ("ABCD", "CDAB") else Endian.Little,
        wordorder=Endian.Big if order in ("ABCD", "BADC") else Endian.Little,
    )
    size = int(kind.rstrip("intufloa"))
    name = kind[len(str(size)):]
    getattr(builder, f"add_{size}bit_{name}")(float(text) if name == "float" else int(text))
    return builder.to_registers()


def obey_server(slave, words):
    verb, rest = words[0], words[1:]
    if verb == "encode":
        slave.setValues(3, int(rest[2]), registers_of(rest[0], rest[1], rest[3]))
        return "ok"
    code, address = CODES[rest[0]], int(rest[1])
    if verb == "set":
        values = [int(value) for value in rest[2:]]
        slave.setValues(code, address, values if code > 2 else [value != 0 for value in values])
        return "ok"
    return " ".join(str(int(value)) for value in slave.getValues(code, address, int(rest[2])))


async def serve(kind, framer, config):
    def block():
        return ModbusSequentialDataBlock(0, [0] * MOST)

    slave = ModbusSlaveContext(di=block(), co=block(), hr=block(), ir=block(), zero_mode=True)
    context = ModbusServerContext(slaves={config.get("unit", 1): slave}, single=False)
    if kind == "serial":
        server = ModbusSerialServer(
            context, framer=framer, port=config["port"], baudrate=config.get("baud", 19200), ignore_missing_slaves=True
        )
        await server.start()
        port = 0
    elif kind == "udp":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = ModbusUdpServer(context, framer=framer, address=("127.0.0.1", port))
        asyncio.ensure_future(server.serve_forever())
        await server.serving
    else:
        more = {"certfile": config["certfile"], "keyfile": config["keyfile"]} if kind == "tls" else {}
        make = ModbusTlsServer if kind == "tls" else ModbusTcpServer
        server = make(context, framer=framer, address=("127.0.0.1", 0), **more)
        asyncio.ensure_future(server.serve_forever())
        await server.serving
        port = server.server.sockets[0].getsockname()[1]
    say(f"ready {port}")
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        try:
            say(obey_server(slave, line.decode().split()))
        except Exception as error:  # a mistake in a test is its answer
            say(f"error {error}")


def client_of(kind, framer, config):
    if kind == "serial":
        return ModbusSerialClient(port=config["port"], framer=framer, baudrate=config.get("baud", 19200), timeout=3)
    if kind == "udp":
        return ModbusUdpClient(config["host"], port=config["port"], framer=framer, timeout=3)
    if kind == "tls":
        return ModbusTlsClient(config["host"], port=config["port"], framer=framer, timeout=3)
    return ModbusTcpClient(config["host"], port=config["port"], framer=framer, timeout=3)


def obey_client(client, unit, words):
    verb, rest = words[0], words[1:]
    if verb == "identify":
        answer = client.execute(ReadDeviceInformationRequest(0x02, 0, unit=unit))
        if answer.isError():
            return f"error {answer}"
        return json.dumps({key: value.decode() for key, value in answer.information.items()})
    code, address, values = int(rest[0]), int(rest[1]), [int(value) for value in rest[2:]]
    if verb == "read":
        reads = [client.read_coils, client.read_discrete_inputs, client.read_holding_registers, client.read_input_registers]
        answer = reads[code - 1](address, values[0], slave=unit)
        if answer.isError():
            return f"error {answer}"
        got = answer.registers if code > 2 else answer.bits[: values[0]]
        return " ".join(str(int(value)) for value in got)
    if code == 5:
        answer = client.write_coil(address, bool(values[0]), slave=unit)
    elif code == 6:
        answer = client.write_register(address, values[0], slave=unit)
    elif code == 15:
        answer = client.write_coils(address, [value != 0 for value in values], slave=unit)
    else:
        answer = client.write_registers(address, values, slave=unit)
    return f"error {answer}" if answer.isError() else "ok"


def ask(kind, framer, config):
    client = client_of(kind, framer, config)
    if not client.connect():
        sys.exit("no connection")
    say("ready 0")
    for line in sys.stdin:
        try:
            say(obey_client(client, config.get("unit", 1), line.split()))
        except Exception as error:  # a mistake in a test is its answer
            say(f"error {error}")


if __name__ == "__main__":
    role, KIND, framing, given = sys.argv[1:5]
    if role == "server":
        asyncio.run(serve(KIND, FRAMERS[framing], json.loads(given)))
    else:
        ask(KIND, FRAMERS[framing], json.loads(given))
