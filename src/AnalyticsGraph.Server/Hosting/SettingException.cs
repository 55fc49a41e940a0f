namespace AnalyticsGraph.Server.Hosting;

/// <summary>A setting cannot be used. The message names it, and says what would do.</summary>
/// <param name="message">For people.</param>
/// <param name="cause">The error underneath, or null.</param>
internal sealed class SettingException(string message, Exception? cause = null) : Exception(message, cause);
