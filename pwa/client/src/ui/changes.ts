/** What is loaded with the first look at changes. */
import "./screens/changes";
