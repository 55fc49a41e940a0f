namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Collects the questions of one level's steps to one store, and asks them in one round trip.</summary>
public interface ILevelDispatcher
{
    /// <summary>
    /// Order of dispatch within a level, lowest first. A dispatcher may, while dispatching, register questions with a later one (series ask PostgreSQL whether points are pending).
    /// </summary>
    int Order { get; }

    /// <summary>Whether questions are waiting.</summary>
    bool HasPending { get; }

    /// <summary>Starts the round trip for all that is waiting. Called once per level, after all its steps were started; does not wait for the answer.</summary>
    /// <param name="cancellationToken">The request's.</param>
    void Dispatch(CancellationToken cancellationToken);

    /// <summary>Forgets what it keeps of earlier answers. Called before each root field of a mutation but the first (section 6.2.2): what was read for the fields before it may change now.</summary>
    void Forget()
    {
    }
}
