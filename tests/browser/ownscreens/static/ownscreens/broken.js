throw new Error("this screen is broken on purpose");
