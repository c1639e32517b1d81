/** What is loaded with the first look at the device's screen, or with leaving. */
import "./screens/status";
