/** What is loaded with the first form. */
import "./forms/form";
import "./forms/remove";
