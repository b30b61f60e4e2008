//! The closed lists of words that a record is written with.

use std::fmt;

/// A closed list of words.
pub(crate) trait Word: Copy + 'static {
    /// What one of them is, for messages.
    const WHAT: &'static str;
    /// All of them.
    const ALL: &'static [Self];
    /// As it is written.
    fn word(self) -> &'static str;

    /// The one that is written so.
    fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.word() == text)
    }
}

macro_rules! words {
    ($what:literal; $(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// The word in a record.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl Word for $name {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            fn word(self) -> &'static str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::find(text).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    format!(concat!("this is not ", $what, "; use one of: {}"), words.join(", "))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! { "a kind of instrument";
    /// What kind of instrument a designation is.
    InstrumentKind {
        /// Agencies must not buy from a source, or buy an article (41 USC 1323(c)).
        ExclusionOrder = "exclusion_order",
        /// What is there must be taken out.
        RemovalOrder = "removal_order",
        /// One agency acts in its own procurements (10 USC 3252, 41 USC 4713).
        CoveredProcurementAction = "covered_procurement_action",
        /// A list that a statute keeps or orders.
        StatutoryList = "statutory_list",
        /// A suspension or debarment (FAR subpart 9.4).
        Debarment = "debarment",
        /// A direction of the chief executive, in whatever form.
        ExecutiveDirective = "executive_directive",
        /// Something said in public.
        PressStatement = "press_statement",
    }
}

words! { "a legal force";
    /// What force the instrument claims and is granted, before any court has spoken.
    LegalForce {
        /// Nobody doubts that it binds whom it names.
        Binding = "binding",
        /// It is acted upon, and whether it binds is disputed. It is enforced, and shown as disputed.
        Disputed = "disputed",
        /// It was announced, and no instrument is known. It is shown and warned about, and not enforced.
        AnnouncedOnly = "announced_only",
    }
}

words! { "a confidence";
    /// How a statement is known, the least sure first.
    Confidence {
        /// Nobody has checked it.
        Unverified = "unverified",
        /// Somebody reports it.
        Secondary = "secondary",
        /// The instrument, or its official publication, was read.
        Primary = "primary",
    }
}

words! { "a kind of target";
    /// What is barred.
    TargetKind {
        /// A supplier.
        Source = "source",
        /// A product or service.
        CoveredArticle = "covered_article",
        /// A line of models.
        ModelFamily = "model_family",
        /// Whatever comes from a country.
        Country = "country",
    }
}

words! { "an affiliate rule";
    /// Who else is barred with the target.
    AffiliateRule {
        /// Nobody.
        None = "none",
        /// Those that the instrument names.
        NamedOnly = "named_only",
        /// Every subsidiary.
        Subsidiaries = "subsidiaries",
        /// Every affiliate, up and down.
        AnyAffiliate = "any_affiliate",
        /// Whoever is owned from a share upwards.
        Ownership = "ownership",
        /// Whoever succeeds it.
        Successors = "successors",
    }
}

words! { "a reach";
    /// What of the target's is barred.
    Reach {
        /// What it made, whoever offers it.
        MadeBy = "made_by",
        /// What it provides, whoever made it.
        ProvidedBy = "provided_by",
        /// What runs on its machines.
        HostedBy = "hosted_by",
    }
}

words! { "a conduct";
    /// What is forbidden to whom the instrument addresses.
    Conduct {
        /// Providing it to the agency.
        Provide = "provide",
        /// Using it to perform a contract with the agency.
        UseInPerformance = "use_in_performance",
        /// Using it for anything.
        UseAnywhere = "use_anywhere",
        /// The agency contracting with somebody who uses it, as in section 889(a)(1)(B).
        ContractWithAUser = "contract_with_a_user",
        /// Any commerce with it.
        AnyCommerce = "any_commerce",
    }
}

impl Conduct {
    /// Whether it reaches what somebody does outside of the agency's contracts.
    #[must_use]
    pub const fn beyond_performance(self) -> bool {
        matches!(self, Self::UseAnywhere | Self::AnyCommerce)
    }

    /// Whether it reaches a use of a model at all. With whom an agency contracts is no use.
    #[must_use]
    pub const fn is_use(self) -> bool {
        !matches!(self, Self::ContractWithAUser)
    }
}

words! { "an agency";
    /// Whose work a use is for.
    Agency {
        /// Every federal agency.
        AnyFederal = "any_federal",
        /// Every federal agency but the defence department and the intelligence community.
        Civilian = "civilian",
        /// The defence department.
        Defense = "defense",
        /// An intelligence agency outside of the defence department.
        IntelligenceCommunity = "intelligence_community",
        /// The Department of Homeland Security.
        HomelandSecurity = "homeland_security",
        /// The Department of Justice.
        Justice = "justice",
        /// The Department of State.
        State = "state",
        /// The Department of Energy.
        Energy = "energy",
        /// Any other federal agency.
        OtherFederal = "other_federal",
        /// A state, a tribe, a territory or a local body.
        StateOrLocal = "state_or_local",
        /// A contractor or another body, acting for itself.
        NonGovernment = "non_government",
    }
}

impl Agency {
    /// The agencies that are no group.
    const SINGLE: [Self; 9] = [
        Self::Defense,
        Self::IntelligenceCommunity,
        Self::HomelandSecurity,
        Self::Justice,
        Self::State,
        Self::Energy,
        Self::OtherFederal,
        Self::StateOrLocal,
        Self::NonGovernment,
    ];

    /// The single agencies that the word stands for.
    pub fn members(self) -> impl Iterator<Item = Self> {
        let federal = |agency: Self| !matches!(agency, Self::StateOrLocal | Self::NonGovernment);
        let military = |agency: Self| matches!(agency, Self::Defense | Self::IntelligenceCommunity);
        Self::SINGLE.into_iter().filter(move |agency| match self {
            Self::AnyFederal => federal(*agency),
            Self::Civilian => federal(*agency) && !military(*agency),
            single => *agency == single,
        })
    }
}

words! { "a class of system";
    /// The class of information system that a use runs on.
    SystemClass {
        /// A national security system (44 USC 3552).
        NationalSecuritySystem = "national_security_system",
        /// A system for sensitive compartmented information.
        Sci = "sci",
        /// A system for controlled unclassified information.
        Cui = "cui",
        /// Another unclassified system.
        Unclassified = "unclassified",
        /// Routine payroll, finance, logistics and personnel, which are no national security system.
        RoutineBusiness = "routine_business",
    }
}

words! { "a component";
    /// Whether a part of an agency is an intelligence element.
    Component {
        /// It is.
        IntelligenceElement = "intelligence_element",
        /// It is not.
        OtherComponent = "other_component",
    }
}

words! { "a rule for existing contracts";
    /// When the instrument reaches a contract that is older than itself.
    ExistingContracts {
        /// Once the contract is modified.
        OnlyIfModified = "only_if_modified",
        /// At once.
        OnEffective = "on_effective",
        /// The instrument, or what is known of it, doesn't say.
        NotStated = "not_stated",
    }
}

words! { "a rule for the last day";
    /// Whether a period that is to last "until" a date still covers that date.
    LastDay {
        /// The date is the last day of the period.
        Included = "included",
        /// The date is the first day after the period.
        Excluded = "excluded",
    }
}

words! { "a content of a source";
    /// What the digest of a source is taken of.
    Holds {
        /// The document itself.
        Document = "document",
        /// Our own note about a document that is not at hand.
        Note = "note",
    }
}

words! { "a kind of duty";
    /// What somebody must do.
    DutyKind {
        /// Look at a list again and again.
        Monitor = "monitor",
        /// Ask and search.
        Inquire = "inquire",
        /// Tell somebody.
        Report = "report",
        /// State in writing.
        Certify = "certify",
        /// Take out.
        Remove = "remove",
    }
}

words! { "a unit of a clock";
    /// What a clock counts. Which days are business days is for whoever computes a calendar.
    ClockUnit {
        /// Hours.
        Hours = "hours",
        /// Days of the calendar.
        Days = "days",
        /// Business days.
        BusinessDays = "business_days",
        /// Months.
        Months = "months",
    }
}

words! { "a kind of event";
    /// What happened to an instrument after it was made.
    EventKind {
        /// A court holds it in abeyance.
        Stays = "stays",
        /// A court forbids acting on it.
        Enjoins = "enjoins",
        /// A court sets it aside.
        Vacates = "vacates",
        /// Its issuer holds it in abeyance.
        Suspends = "suspends",
        /// Its issuer takes it back.
        Rescinds = "rescinds",
        /// A court finds it lawful. In the same forum that ends an earlier stay or injunction.
        Upholds = "upholds",
        /// A court won't hold it in abeyance. That changes nothing, and is worth knowing.
        DeniesStay = "denies_stay",
        /// A court sends it back. What holds meanwhile is another event.
        Remands = "remands",
        /// Ends what named events did: an injunction reversed or dissolved, or expired early.
        Lifts = "lifts",
        /// Its issuer gives it force again.
        Reinstates = "reinstates",
        /// Sets or moves the end of its phase-out.
        SetsPhaseOut = "sets_phase_out",
    }
}

impl EventKind {
    /// Whether it takes force away.
    #[must_use]
    pub const fn suspends(self) -> bool {
        matches!(self, Self::Stays | Self::Enjoins | Self::Vacates | Self::Suspends | Self::Rescinds)
    }

    /// Whether it gives force back in its own forum.
    #[must_use]
    pub const fn restores(self) -> bool {
        matches!(self, Self::Upholds | Self::Reinstates)
    }

    /// Whether less is barred because of it: recording it takes two signatures.
    #[must_use]
    pub const fn loosens(self) -> bool {
        self.suspends() || matches!(self, Self::SetsPhaseOut)
    }

    /// Whether a court did it.
    #[must_use]
    pub const fn of_a_court(self) -> bool {
        matches!(
            self,
            Self::Stays | Self::Enjoins | Self::Vacates | Self::Upholds | Self::DeniesStay | Self::Remands
        )
    }
}
