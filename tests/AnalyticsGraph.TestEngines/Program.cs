using AnalyticsGraph.TestEngines;

// "host FOLDER PACKAGES": the shared engines. "own DATA PACKAGES LOCALCLICKHOUSE|-": engines of one test, which it may kill.
return args[0] == "host" ? await EngineHost.RunAsync(new HostFolder(args[1]), args[2]) : await EngineOwner.RunAsync(args[1], args[2], args[3]);
