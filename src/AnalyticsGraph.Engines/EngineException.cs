namespace AnalyticsGraph.Engines;

/// <summary>An embedded engine cannot be had. The message says what happened, where, and what to do.</summary>
public sealed class EngineException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="code">One of <see cref="EngineErrorCodes"/>.</param>
    /// <param name="problem">What happened and where, in one or two sentences.</param>
    /// <param name="remedy">What the user can do about it.</param>
    /// <param name="cause">The error underneath, or null.</param>
    public EngineException(string code, string problem, string remedy, Exception? cause = null)
        : base($"{problem} {remedy}", cause)
    {
        Code = code;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>One of <see cref="EngineErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>What happened and where.</summary>
    public string Problem { get; }

    /// <summary>What the user can do about it.</summary>
    public string Remedy { get; }
}
