using AnalyticsGraph.TestEngines;

return await EngineHost.RunAsync(new HostFolder(args[0]), args[1]);
