namespace AnalyticsGraph.GraphQL.Http;

/// <summary>Who may see how a request was answered, down to the statements that the stores were asked.</summary>
public enum ProfileAccess
{
    /// <summary>Nobody.</summary>
    Off,

    /// <summary>
    /// Who connects from the same machine, unless a proxy's header tells that somebody else asks. A proxy on the same machine that adds none of <c>Forwarded</c>, <c>X-Forwarded-For</c>, <c>X-Real-IP</c> and
    /// <c>Via</c> cannot be told from a local caller.
    /// </summary>
    Local,

    /// <summary>Everybody.</summary>
    All,
}
