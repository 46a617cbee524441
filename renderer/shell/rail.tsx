import { NavLink } from 'react-router'
import { Icon } from '../components/icon.tsx'
import type { Place } from './places.ts'
import { helpPlace, places } from './places.ts'

const RailLink = ({ place }: { readonly place: Place }) => (
  <li>
    <NavLink to={place.path} end={place.path === '/'} className="rail-link">
      <Icon name={place.icon} />
      <span>{place.title}</span>
    </NavLink>
  </li>
)

export const Rail = () => (
  <nav className="rail" aria-label="Pages">
    <p className="rail-brand">Assay</p>
    <ul>
      {places.map((place) => (
        <RailLink key={place.path} place={place} />
      ))}
    </ul>
    <ul className="rail-foot">
      <RailLink place={helpPlace} />
    </ul>
  </nav>
)
