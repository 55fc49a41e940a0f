using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>A section of the September 2025 specification: its address stands in an error as <c>extensions.specifiedBy</c>.</summary>
internal sealed class SpecSection
{
    private const string Edition = "https://spec.graphql.org/September2025/#";

    public static readonly SpecSection ExecutableDefinitions = new("sec-Executable-Definitions");
    public static readonly SpecSection OperationTypeExistence = new("sec-Operation-Type-Existence");
    public static readonly SpecSection OperationNameUniqueness = new("sec-Operation-Name-Uniqueness");
    public static readonly SpecSection LoneAnonymousOperation = new("sec-Lone-Anonymous-Operation");
    public static readonly SpecSection SingleRootField = new("sec-Single-Root-Field");
    public static readonly SpecSection FieldSelections = new("sec-Field-Selections");
    public static readonly SpecSection FieldSelectionMerging = new("sec-Field-Selection-Merging");
    public static readonly SpecSection LeafFieldSelections = new("sec-Leaf-Field-Selections");
    public static readonly SpecSection ArgumentNames = new("sec-Argument-Names");
    public static readonly SpecSection ArgumentUniqueness = new("sec-Argument-Uniqueness");
    public static readonly SpecSection RequiredArguments = new("sec-Required-Arguments");
    public static readonly SpecSection FragmentNameUniqueness = new("sec-Fragment-Name-Uniqueness");
    public static readonly SpecSection FragmentSpreadTypeExistence = new("sec-Fragment-Spread-Type-Existence");
    public static readonly SpecSection FragmentsOnCompositeTypes = new("sec-Fragments-on-Object-Interface-or-Union-Types");
    public static readonly SpecSection FragmentsMustBeUsed = new("sec-Fragments-Must-Be-Used");
    public static readonly SpecSection FragmentSpreadTargetDefined = new("sec-Fragment-Spread-Target-Defined");
    public static readonly SpecSection FragmentSpreadsMustNotFormCycles = new("sec-Fragment-Spreads-Must-Not-Form-Cycles");
    public static readonly SpecSection FragmentSpreadIsPossible = new("sec-Fragment-Spread-Is-Possible");
    public static readonly SpecSection ValuesOfCorrectType = new("sec-Values-of-Correct-Type");
    public static readonly SpecSection InputObjectFieldNames = new("sec-Input-Object-Field-Names");
    public static readonly SpecSection InputObjectFieldUniqueness = new("sec-Input-Object-Field-Uniqueness");
    public static readonly SpecSection InputObjectRequiredFields = new("sec-Input-Object-Required-Fields");
    public static readonly SpecSection DirectivesAreDefined = new("sec-Directives-Are-Defined");
    public static readonly SpecSection DirectivesAreInValidLocations = new("sec-Directives-Are-in-Valid-Locations");
    public static readonly SpecSection DirectivesAreUniquePerLocation = new("sec-Directives-Are-Unique-per-Location");
    public static readonly SpecSection VariableUniqueness = new("sec-Variable-Uniqueness");
    public static readonly SpecSection VariablesAreInputTypes = new("sec-Variables-Are-Input-Types");
    public static readonly SpecSection AllVariableUsesDefined = new("sec-All-Variable-Uses-Defined");
    public static readonly SpecSection AllVariablesUsed = new("sec-All-Variables-Used");
    public static readonly SpecSection AllVariableUsagesAreAllowed = new("sec-All-Variable-Usages-Are-Allowed");

    /// <summary>Section 4: a schema is asked about itself.</summary>
    public static readonly SpecSection Introspection = new("sec-Introspection");

    /// <summary>Chapter 5 as a whole: rules that graphql-js and the incremental delivery RFC add to it.</summary>
    public static readonly SpecSection Validation = new("sec-Validation");

    private SpecSection(string anchor) => Extensions = ImmutableDictionary<string, object?>.Empty.Add("specifiedBy", Edition + anchor);

    public ImmutableDictionary<string, object?> Extensions { get; }
}
