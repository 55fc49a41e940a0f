using System.Globalization;
using AnalyticsGraph.TestEngines;

// "host FOLDER PACKAGES GRACE": the shared engines. "own DATA PACKAGES LOCALCLICKHOUSE|-": engines of one test, which it may kill.
return args[0] == "host"
    ? await EngineHost.RunAsync(new HostFolder(args[1]), args[2], TimeSpan.FromMilliseconds(double.Parse(args[3], CultureInfo.InvariantCulture)))
    : await EngineOwner.RunAsync(args[1], args[2], args[3]);
