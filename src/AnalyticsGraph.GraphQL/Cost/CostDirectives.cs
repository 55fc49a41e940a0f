namespace AnalyticsGraph.GraphQL.Cost;

/// <summary>The directives of the GraphQL Cost Directives specification (IBM). A schema that uses them brings their definitions along.</summary>
public static class CostDirectives
{
    /// <summary>The definitions of <c>@cost</c> and <c>@listSize</c>.</summary>
    public const string Sdl =
        """"
        "What it costs, as a decimal number: a field for each time that it is resolved, an argument or input field where it is given, a type for each of its values."
        directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR

        """
        How many items a list is assumed to have: the greatest of the `slicingArguments` that are given (a list among them: as many as it has), else `assumedSize`. With `sizedFields` it is not the field that is the list but these
        fields of its object, such as the `nodes` of a connection. With `requireOneSlicingArgument` exactly one of the slicing arguments must be given.
        """
        directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
        """";
}
