using AnalyticsGraph.Server.Cli;

return await CommandLine.RunAsync(args);
