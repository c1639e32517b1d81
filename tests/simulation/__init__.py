"""Random lives of devices in front of this server: `make sim`. The devices are in `pwa/client/src/simulation`."""
