<?php
// Who can use ExpressionEngine's control panel, and when they last used the site.
//
// From 6 on a member has a role, further roles, and groups of roles; before, one member group. The first of either is
// the Super Admins', who may do all. The columns of the table tell which it is, whatever the files say.

/** The permissions that are told, of those who can use the control panel; the others are about content. */
function sr_ee_strong()
{
    return array('can_access_cp', 'can_access_sys_prefs', 'can_access_security_settings', 'can_access_utilities',
        'can_access_sql_manager', 'can_access_import', 'can_access_data', 'can_access_members', 'can_create_members',
        'can_edit_members', 'can_admin_members', 'can_admin_roles', 'can_create_roles', 'can_edit_roles',
        'can_admin_mbr_groups', 'can_create_member_groups', 'can_edit_member_groups', 'can_access_addons',
        'can_admin_addons', 'can_access_modules', 'can_admin_modules', 'can_access_design', 'can_admin_design',
        'can_admin_templates', 'can_create_templates', 'can_edit_templates');
}

function sr_ee_members($site, SrDb $db, SrAnswer $out)
{
    try {
        $columns = sr_ee_columns($site, $db, 'members');
        if (!isset($columns['role_id']) && !isset($columns['group_id'])) {
            $out->gap('accounts', 'members', 'the table of members has neither roles nor groups, as no known line has');
            return;
        }
        $found = isset($columns['role_id']) ? sr_ee_by_roles($site, $db) : sr_ee_by_groups($site, $db);
        $rows = sr_ee_member_rows($site, $db, $columns, array_keys($found));
        $panel = sr_ee_panel_log($site, $db, array_keys($found), $out);
    } catch (SrDbError $error) {
        $out->gap('accounts', 'members', $error->getMessage(), 'database-tables', sr_db_cause($error->getCode()));
        return;
    }
    $asked = isset($columns['enable_mfa']) ? sr_ee_asks_second_factor($site, $db) : null;
    foreach ($rows as $row) {
        $id = (int) $row['member_id'];
        $factor = $asked === null ? null : $asked && $row['enable_mfa'] === 'y';
        sr_ee_member($row, $found[$id], isset($panel[$id]) ? $panel[$id] : 0, $factor, $out);
    }
}

function sr_ee_columns($site, SrDb $db, $table)
{
    $columns = array();
    foreach ($db->rows('SHOW COLUMNS FROM ' . sr_ee_table($site, $table)) as $row) {
        $columns[$row['Field']] = true;
    }
    return $columns;
}

/** The numbers of a column, as a list for IN (…); never empty. */
function sr_ee_numbers(array $numbers)
{
    return $numbers ? implode(',', array_map('intval', $numbers)) : '-1';
}

/** Member number => array('names', 'powers', 'banned'), for all who reach the control panel by any of their roles. */
function sr_ee_by_roles($site, SrDb $db)
{
    $permissions = array(1 => array('all'));
    $strong = "'" . implode("','", sr_ee_strong()) . "'";
    $sql = 'SELECT DISTINCT role_id, permission FROM ' . sr_ee_table($site, 'permissions')
        . " WHERE permission IN ($strong)";
    foreach ($db->rows($sql) as $row) {
        $permissions[(int) $row['role_id']][] = $row['permission'];
    }
    $strong = array_keys(array_filter($permissions, function ($powers) {
        return array_intersect(array('all', 'can_access_cp'), $powers);
    }));
    $names = array();
    foreach ($db->rows('SELECT role_id, name FROM ' . sr_ee_table($site, 'roles') . ' LIMIT 5000') as $row) {
        $names[(int) $row['role_id']] = $row['name'];
    }
    $held = sr_ee_held_roles($site, $db, $strong);
    return array_map(function ($roles) use ($names, $permissions) {
        $member = array('names' => array(), 'powers' => array(), 'banned' => in_array(2, $roles, true));
        foreach ($roles as $role) {
            $member['names'][] = isset($names[$role]) ? $names[$role] : "role $role";
            $powers = isset($permissions[$role]) ? $permissions[$role] : array();
            $member['powers'] = array_merge($member['powers'], $powers);
        }
        return $member;
    }, $held);
}

/** Member number => all roles, of those who hold one of $strong: as their own, as a further one, or by a group. */
function sr_ee_held_roles($site, SrDb $db, array $strong)
{
    $ways = array(
        'SELECT m.member_id, m.role_id FROM ' . sr_ee_table($site, 'members') . ' m',
        'SELECT m.member_id, m.role_id FROM ' . sr_ee_table($site, 'members_roles') . ' m',
        'SELECT g.member_id, m.role_id FROM ' . sr_ee_table($site, 'members_role_groups') . ' g JOIN '
            . sr_ee_table($site, 'roles_role_groups') . ' m ON m.group_id = g.group_id',
    );
    $ids = array();
    foreach ($ways as $way) {
        foreach ($db->rows("$way WHERE m.role_id IN (" . sr_ee_numbers($strong) . ') LIMIT 10000') as $row) {
            $ids[] = $row['member_id'];
        }
    }
    $held = array();
    foreach ($ways as $way) {
        $whose = strpos($way, 'SELECT g.') === 0 ? 'g' : 'm';
        foreach ($db->rows("$way WHERE $whose.member_id IN (" . sr_ee_numbers($ids) . ')') as $row) {
            $held[(int) $row['member_id']][(int) $row['role_id']] = (int) $row['role_id'];
        }
    }
    return $held;
}

/** The same for ExpressionEngine 2 to 5: a group may differ from site to site, and counts where it may most. */
function sr_ee_by_groups($site, SrDb $db)
{
    $groups = array();
    $sql = 'SELECT * FROM ' . sr_ee_table($site, 'member_groups')
        . " WHERE can_access_cp = 'y' OR group_id = 1 LIMIT 5000";
    foreach ($db->rows($sql) as $row) {
        $powers = array_keys(array_intersect_key($row, array_flip(sr_ee_strong())), 'y', true);
        $id = (int) $row['group_id'];
        $powers = $id === 1 ? array('all') : $powers;
        $groups[$id]['names'] = array($row['group_title']);
        $groups[$id]['powers'] = isset($groups[$id]['powers']) ? array_merge($groups[$id]['powers'], $powers) : $powers;
        $groups[$id]['banned'] = $id === 2;
    }
    $found = array();
    $sql = 'SELECT member_id, group_id FROM ' . sr_ee_table($site, 'members') . ' WHERE group_id IN ('
        . sr_ee_numbers(array_keys($groups)) . ') ORDER BY member_id LIMIT 10000';
    foreach ($db->rows($sql) as $row) {
        $found[(int) $row['member_id']] = $groups[(int) $row['group_id']];
    }
    return $found;
}

function sr_ee_member_rows($site, SrDb $db, array $columns, array $ids)
{
    $wanted = array('member_id', 'username', 'screen_name', 'email', 'join_date', 'last_visit', 'last_activity',
        'enable_mfa');
    $wanted = implode(', ', array_intersect($wanted, array_keys($columns)));
    return $db->rows("SELECT $wanted FROM " . sr_ee_table($site, 'members') . ' WHERE member_id IN ('
        . sr_ee_numbers($ids) . ') ORDER BY member_id');
}

/** Member number => when the control panel's log last has something of them. It is often emptied. */
function sr_ee_panel_log($site, SrDb $db, array $ids, SrAnswer $out)
{
    $seen = array();
    $sql = 'SELECT member_id, MAX(act_date) AS t FROM ' . sr_ee_table($site, 'cp_log') . ' WHERE member_id IN ('
        . sr_ee_numbers($ids) . ') GROUP BY member_id';
    try {
        foreach ($db->rows($sql) as $row) {
            $seen[(int) $row['member_id']] = (int) $row['t'];
        }
    } catch (SrDbError $error) {
        $out->gap('accounts', 'control-panel-log', $error->getMessage(), '', sr_db_cause($error->getCode()));
    }
    return $seen;
}

/** Whether a second factor is asked for at all: the setting may switch it off for everybody. */
function sr_ee_asks_second_factor($site, SrDb $db)
{
    $set = sr_ee_setting($site, 'enable_mfa');
    if ($set === null) {
        try {
            $sql = 'SELECT value FROM ' . sr_ee_table($site, 'config') . " WHERE `key` = 'enable_mfa' LIMIT 10";
            $rows = $db->rows($sql);
            $set = sr_pick($rows, array(0, 'value'));
        } catch (SrDbError $error) {
            return null; // not known, which is what null says
        }
    }
    return $set instanceof SrUnknown ? null : $set === null || $set === 'y';
}

function sr_ee_member(array $row, array $found, $panel, $factor, SrAnswer $out)
{
    $last = max((int) $row['last_visit'], (int) $row['last_activity']);
    $evidence = array();
    if ($last > 0) {
        $evidence[] = array('at' => $last, 'source' => 'last activity, on the site or in the control panel');
    }
    if ($panel > 0) {
        $evidence[] = array('at' => $panel, 'source' => "the control panel's log");
    }
    $powers = array_values(array_unique($found['powers']));
    $out->account(array(
        'login' => (string) $row['username'],
        'id' => (string) $row['member_id'],
        'name' => (string) $row['screen_name'],
        'email' => (string) $row['email'],
        'roles' => array_values(array_unique($found['names'])),
        'powers' => in_array('all', $powers, true) ? array('all') : $powers,
        'created' => (int) $row['join_date'],
        'enabled' => !$found['banned'],
        'evidence' => $evidence,
        'absence_is_never' => true,
        'second_factor' => $factor,
    ));
}
