/** What docs/configuration.md says before its tables. */
export const configurationProse = `# Configuration

<!-- Made by "npm run docs:configuration" from the codecs that read the files. Edit those, or scripts/configuration-prose.ts. -->

All files are JSON, in one folder: that of \`--config\`, else of \`TB_GW_CONFIG_DIR\`, else \`./config\`.

| File | What it says |
|---|---|
| [tb_gateway.json](#tb_gatewayjson) | the platform, the storage, and which connectors there are |
| one for each connector, such as [mqtt.json](#mqttjson), [modbus.json](#modbusjson) and [rest.json](#restjson) | what a connector reads and what it means |
| [logs.json](#logsjson) | which lines are logged, and where; may be absent |

Try a folder before you use it:

    node dist/main.js check ./config

reads everything, each connector's file included, prints every mistake and every warning, and starts nothing. It exits with 1 if there is a mistake,
else with 0.

## Mistakes

Every mistake is listed at once: its file (or environment variable), its path, what was expected, what is there, and for a key or a type that is
spelt almost right the one that was probably meant. JSON that is broken is reported with line and column. A value that is or may hold a secret is never shown.

- A mistake in tb_gateway.json keeps the gateway from starting (exit code 2).
- One in a connector's file, or a connector type that is not known, stops that connector; the others go on, and the log says so.
- One in logs.json sends all lines to the console.

## Exit codes

| Code | Meaning |
|---|---|
| 0 | stopped as asked |
| 1 | failed, for example because the data folder is in use; starting again may help |
| 2 | mistakes in tb_gateway.json or the command line, or keys for provisioning that the platform does not know; starting again does not help |
| 75 | \`gateway_restart\` with \`"restart": "exit"\`: wants to be started again |

\`gateway_restart\` reads tb_gateway.json and the connectors' files again before it stops anything. A mistake that was not there before is the answer (code 500), or, where it is made
between the answer and the restart, a line in the log; the gateway then goes on as it is. A configuration that is right and cannot be run (a data folder that
cannot be made) makes room for the one before it, until it has reached the platform or has run for a minute: from then on an error that ends the gateway ends the process, as without a
restart. logs.json is read at the start of the process only. With another \`data_folder_path\` what waits in the old folder stays
there. What the storage \`memory\` holds goes on; with another \`storage.type\` instead it is dropped, counted and said (storage.md).

## Changes while it runs

tb_gateway.json, the connectors' files, and the certificates, keys and \`\${file:…}\` that these refer to are watched. Where the operating system tells of a change it is noticed at once,
else with the next look, every \`checkConnectorsConfigurationInSeconds\`. Files count as whole when they have stayed the same for a quarter of a second. Replacing a file by rename, links, and the
ConfigMaps of Kubernetes are noticed as well. SIGHUP (\`systemctl reload tributary\`) has everything read now. Each time one line of the log says which connectors have started, started again
or stopped, or that nothing has changed.

| What has changed | What follows |
|---|---|
| a connector's file, its entry in \`connectors\`, or what its file refers to | that connector starts again, alone: the old one settles what it has and lets its connection go, then the new one starts. Commands wait. Its devices stay connected |
| a connector was added | it starts |
| a connector was removed | it stops, and its devices are said to be disconnected |
| a connector's file has mistakes, is half-written, or is gone | the connector goes on as it was. Every mistake is in the log, once |
| tb_gateway.json has mistakes | everything goes on as it is. Every mistake is in the log |
| other keys of tb_gateway.json (the platform, the storage and so on) | nothing: the log names the keys. They take effect with \`gateway_restart\`, or a restart of the process. \`restart\` and \`checkConnectorsConfigurationInSeconds\` take effect at once |
| \`logLevel\` in a connector's file, \`reportStrategy\` | holds from then on |
| logs.json, the file of the device filter, that of the custom statistics | nothing, and it is not noticed: they are read with \`gateway_restart\`, logs.json at the start of the process |
| a module in \`extensions\` | nothing: Node.js loads a module once. It takes a restart of the process |

A restart of the process with files that have mistakes goes by what is said above: a connector that has only gone on as it was does not start then. \`check\` tells before.

## What is passed over

A key that resembles no known one is passed over, with a warning. Keys that have no effect are marked in the tables below; those that your files hold are named
in one warning at the start. \`null\` counts as absent.

A file may have at most 16 MiB and 64 levels of nesting, the main file at most 1000 connectors. Of more than 1000 mistakes the first are listed, of more than
100 keys that nothing reads the first are named.

## Secrets

A secret need not stand in a file. In any text of a \`security\` or \`provisioning\` section, and under any key whose name says that it is a secret (token,
password, passphrase, secret, credential, authorization, API key, private key), in every file,

- \`\${env:NAME}\` stands for the environment variable NAME,
- \`\${file:PATH}\` for what is in a file (UTF-8, at most 64 KiB, without one line break at its end); a relative path starts at the configuration folder.

The reference must be the whole text. One that leads nowhere is a mistake. Everywhere else such a text means itself, for converters have placeholders of their own.

The log shows no secret: neither under its key, nor, if it has at least 4 characters, within any other text. A shorter one would blank out ordinary
words; a warning names it.

## Logs

Without logs.json every line goes to stdout. logs.json has the form that the Python gateway reads (\`logging.config.dictConfig\`): handlers are places,
loggers say which lines go where. Class names, formatters and filters are not loaded. Which lines belong to which logger:

| Logger | Lines of |
|---|---|
| \`service\` | the gateway itself and its statistics |
| \`tb_connection\` | the connection to the platform |
| \`storage\` | the queue |
| \`connector\` | every connector |
| \`root\` | whichever of these is not named |

The level of a line's component is that of the command line (\`--log-level\`), else \`TB_GW_LOG_LEVEL\`, else \`logLevel\` in the connector's own file, else that of
its logger, else INFO. CRITICAL counts as ERROR, TRACE as DEBUG.

A file that has had its time or its size is renamed to \`<name>.<time>\`, and the oldest beyond \`backupCount\` are removed. Relative names start at the working
directory, unless \`TB_GW_LOGS_PATH\` names a folder. A file that cannot be written is said on the console and tried again after a minute.

A warning or an error that repeats is written at once, then counted and said once a minute. Different details of one text are different lines, up to
20 of a text.`;
