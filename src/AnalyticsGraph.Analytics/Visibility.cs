using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("AnalyticsGraph.Analytics.Tests")]
